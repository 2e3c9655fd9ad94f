// SPDX-License-Identifier: MIT
/* The main() of a benchmark program.  An object of the library by itself, so
 * that a program gets it unless it has one of its own. */
#include "assay/bench.h"

ASSAY_API int main(int argc, char **argv);

int main(int argc, char **argv)
{
    return assay_main(argc, argv);
}
