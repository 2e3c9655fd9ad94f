// SPDX-License-Identifier: MIT
/* A user may give functions any name, also those that the library uses inside. */
int complain(void);
int options_parse(void);
int session_create(void);
int worker_start(void);
int base_buf_init(void);
int assay_calibrate(void);

int complain(void)
{
    return 1;
}

int options_parse(void)
{
    return 2;
}

int session_create(void)
{
    return 3;
}

int worker_start(void)
{
    return 4;
}

int base_buf_init(void)
{
    return 5;
}

int assay_calibrate(void)
{
    return 6;
}
