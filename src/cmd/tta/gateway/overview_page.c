// SPDX-License-Identifier: MIT
/* The page of gateway/overview.h, overview.html, as it is: the assembler takes the file in. */
extern const char overview_page[];
extern const char overview_page_end[];

__asm__(".pushsection .rodata\n"
        ".global overview_page, overview_page_end\n"
        ".hidden overview_page, overview_page_end\n"
        "overview_page:\n"
        ".incbin \"" OVERVIEW_HTML "\"\n"
        "overview_page_end:\n"
        ".byte 0\n"
        ".popsection\n");
