// SPDX-License-Identifier: MIT
/* Moves what is linked behind it, as any change elsewhere in a program does. */
unsigned proof_padding(unsigned x);
unsigned proof_padding(unsigned x)
{
    static unsigned table[PADDING];
    for (unsigned i = 0; i < PADDING; i++) {
        table[i] += x * (i + PADDING);
        x ^= table[i] >> 3;
    }
    return x;
}
