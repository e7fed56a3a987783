/* Included before each source file: leaves out the parts of libjpeg-turbo that are not used. */
#define JPEG_INTERNALS
#include "jinclude.h"
#include "jpeglib.h"
#undef D_LOSSLESS_SUPPORTED
#undef DCT_IFAST_SUPPORTED
#undef DCT_FLOAT_SUPPORTED
#undef QUANT_1PASS_SUPPORTED
#undef QUANT_2PASS_SUPPORTED
#undef UPSAMPLE_MERGING_SUPPORTED
#undef SAVE_MARKERS_SUPPORTED
/* T.81 stores sides of up to 65535. The library stops at 65500 for types of 16 bits. */
#undef JPEG_MAX_DIMENSION
#define JPEG_MAX_DIMENSION  65535L
#ifdef NO_IDCT_SCALING
#undef IDCT_SCALING_SUPPORTED
#endif
