/*
 * Parts of libjpeg-turbo that are left out, but whose names its other parts contain: samples of 12
 * and 16 bits, and scales other than 1/1, 1/2, 1/4 and 1/8. The header reader refuses the first,
 * and nothing requests the others. A call traps.
 */

#include "jdct.h"

#define OMITTED  { __builtin_trap(); }

void j12init_d_main_controller(j_decompress_ptr info, boolean full) OMITTED
void j12init_d_coef_controller(j_decompress_ptr info, boolean full) OMITTED
void j12init_d_post_controller(j_decompress_ptr info, boolean full) OMITTED
void j12init_inverse_dct(j_decompress_ptr info) OMITTED
void j12init_upsampler(j_decompress_ptr info) OMITTED
void j12init_color_deconverter(j_decompress_ptr info) OMITTED

#define OMITTED_IDCT(size) \
  void jpeg_idct_##size(j_decompress_ptr info, jpeg_component_info *component, JCOEFPTR block, \
                        JSAMPARRAY rows, JDIMENSION column) OMITTED

OMITTED_IDCT(3x3)
OMITTED_IDCT(5x5)
OMITTED_IDCT(6x6)
OMITTED_IDCT(7x7)
OMITTED_IDCT(9x9)
OMITTED_IDCT(10x10)
OMITTED_IDCT(11x11)
OMITTED_IDCT(12x12)
OMITTED_IDCT(13x13)
OMITTED_IDCT(14x14)
OMITTED_IDCT(15x15)
OMITTED_IDCT(16x16)
