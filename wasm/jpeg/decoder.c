/*
 * Decoder of one JPEG, on libjpeg-turbo. src/codecs/jpeg.ts is its only caller.
 *
 * An instance decodes one file and is then dropped, so nothing is freed. An error ends in a trap,
 * which throws in JavaScript: there is no setjmp, and nothing is imported. After an error only
 * failure(), failureNumbers(), isComplete(), endsEarly() and, if the image is complete, readPixels()
 * may still be called.
 */

#include "jerror.h"
#include "jmemsys.h"

#define EXPORT(name)  __attribute__((export_name(name)))
#define PAGE_BYTES  65536
/* Alignment of 128-bit vectors. */
#define ALIGNMENT  16

static struct jpeg_decompress_struct image;
static struct jpeg_error_mgr errors;
static struct jpeg_source_mgr source;

/* Reason of the last trap. */
static const char *failure;
/* True once bytes were needed behind the end of the file. */
static boolean source_ended;
/* True once all scans of an image of several scans are known. */
static boolean is_complete;

/* Memory: blocks are handed out one behind the other. */

extern unsigned char __heap_base;
static size_t memory_end = (size_t)&__heap_base;
static size_t memory_limit;

static _Noreturn void fail(const char *message)
{
  failure = message;
  __builtin_trap();
}

static void *allocate(size_t size)
{
  size_t start = (memory_end + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  size_t pages;

  if (start > memory_limit || size > memory_limit - start)
    fail("it takes more memory than its header announces");
  memory_end = start + size;
  pages = (memory_end - 1) / PAGE_BYTES + 1;
  if (pages > __builtin_wasm_memory_size(0) &&
      __builtin_wasm_memory_grow(0, pages - __builtin_wasm_memory_size(0)) == (size_t)-1)
    fail("there is not enough memory");
  return (void *)start;
}

/* The functions that jmemmgr.c expects from the system (jmemsys.h). */

void *jpeg_get_small(j_common_ptr info, size_t size) { return allocate(size); }
void *jpeg_get_large(j_common_ptr info, size_t size) { return allocate(size); }
void jpeg_free_small(j_common_ptr info, void *object, size_t size) {}
void jpeg_free_large(j_common_ptr info, void *object, size_t size) {}
long jpeg_mem_init(j_common_ptr info) { return 0; }
void jpeg_mem_term(j_common_ptr info) {}

size_t jpeg_mem_available(j_common_ptr info, size_t least, size_t most, size_t allocated)
{
  return most;
}

void jpeg_open_backing_store(j_common_ptr info, backing_store_ptr store, long size)
{
  ERREXIT(info, JERR_NO_BACKING_STORE);
}

/* Errors. */

static const char *const messages[] = {
#define JMESSAGE(code, string)  string,
#include "jversion.h"
#include "jerror.h"
  NULL
};

static void on_error(j_common_ptr info) { fail(messages[info->err->msg_code]); }

static void on_message(j_common_ptr info, int level)
{
  /* Zeros stand in for data behind a misplaced marker, but not for the rest of a cut file. */
  if (level < 0 && info->err->msg_code == JWRN_HIT_MARKER && source_ended) on_error(info);
}

static void reset_errors(j_common_ptr info) {}

/* Source: the whole file is in memory. Behind its end stand EOI markers. */

static void ignore(j_decompress_ptr info) {}

static boolean refill(j_decompress_ptr info)
{
  static const JOCTET end[] = { 0xFF, JPEG_EOI };

  source_ended = TRUE;
  source.next_input_byte = end;
  source.bytes_in_buffer = sizeof(end);
  return TRUE;
}

static void skip(j_decompress_ptr info, long count)
{
  if ((size_t)count > source.bytes_in_buffer) {
    refill(info);
  } else {
    source.next_input_byte += count;
    source.bytes_in_buffer -= count;
  }
}

/* Scans of an image of several scans. */

static size_t scan_blocks(void)
{
  return (size_t)image.MCUs_per_row * image.MCU_rows_in_scan * image.blocks_in_MCU;
}

static boolean knows_all_coefficients(void)
{
  for (int c = 0; c < image.num_components; c++) {
    if (image.comp_info[c].quant_table == NULL) return FALSE;
    if (!image.progressive_mode) continue;
    for (int k = 0; k < DCTSIZE2; k++)
      if (image.coef_bits[c][k] != 0) return FALSE;
  }
  return TRUE;
}

static void read_scans(size_t blocks_left)
{
  for (int event = JPEG_REACHED_SOS; event != JPEG_REACHED_EOI;
       event = jpeg_consume_input(&image)) {
    if (event == JPEG_REACHED_SOS) {
      size_t blocks = scan_blocks();

      if (blocks > blocks_left) fail("its scans take too long");
      blocks_left -= blocks;
    } else if (event == JPEG_SCAN_COMPLETED) {
      is_complete = knows_all_coefficients();
    }
  }
  if (source_ended && !is_complete) fail("it lacks scans");
}

/* Exports. */

/*
 * Reserves the place of the file and limits the memory of this instance to `limit` bytes.
 * Must be called first.
 */
EXPORT("allocateFile") void *allocate_file(size_t length, size_t limit)
{
  memory_limit = limit;
  return allocate(length);
}

/*
 * Reads the header and, of an image of several scans, all scans, whose blocks are at most
 * `max_blocks` in sum. `denominator` of the scale is 1, 2, 4 or 8.
 */
EXPORT("readFile")
void read_file(const JOCTET *file, size_t length, unsigned int denominator, size_t max_blocks)
{
  errors.error_exit = on_error;
  errors.emit_message = on_message;
  errors.reset_error_mgr = reset_errors;
  image.err = &errors;
  jpeg_create_decompress(&image);

  source.next_input_byte = file;
  source.bytes_in_buffer = length;
  source.init_source = ignore;
  source.fill_input_buffer = refill;
  source.skip_input_data = skip;
  source.resync_to_restart = jpeg_resync_to_restart;
  source.term_source = ignore;
  image.src = &source;

  jpeg_read_header(&image, TRUE);
  switch (image.num_components) {
  case 1:
    image.out_color_space = JCS_GRAYSCALE;
    break;
  case 3:
    image.out_color_space = JCS_RGB;
    break;
  case 4:
    image.out_color_space = JCS_CMYK;
    break;
  default:
    errors.msg_parm.i[0] = image.num_components;
    fail("it must have 1, 3 or 4 components: current value is %d");
  }
  image.scale_num = 1;
  image.scale_denom = denominator;
  image.buffered_image = jpeg_has_multiple_scans(&image);
  jpeg_start_decompress(&image);
  if (image.buffered_image) read_scans(max_blocks);
}

/* Returns the reason of the last trap: a format string without %s. NULL: none is known. */
EXPORT("failure") const char *get_failure(void) { return failure; }

/* Returns the eight numbers that belong into the reason. */
EXPORT("failureNumbers") const int *get_failure_numbers(void) { return errors.msg_parm.i; }

/* True if all scans of an image of several scans are known, even if what follows is damaged. */
EXPORT("isComplete") boolean get_is_complete(void) { return is_complete; }

/* True if bytes were needed behind the end of the file. */
EXPORT("endsEarly") boolean get_ends_early(void) { return source_ended; }

EXPORT("width") JDIMENSION get_width(void) { return image.output_width; }

EXPORT("height") JDIMENSION get_height(void) { return image.output_height; }

/* Samples of a pixel in the result of readPixels(): 1 or 3. */
EXPORT("channels") int get_channels(void) { return image.num_components == 1 ? 1 : 3; }

/* Returns a * b / 255, rounded. */
static unsigned int share(unsigned int a, unsigned int b)
{
  unsigned int product = a * b + 128;

  return (product + (product >> 8)) >> 8;
}

/*
 * Each ink leaves a share of the light that black leaves. Samples are inverted, 255 is no ink, as
 * Adobe stores them: browsers and Pillow read all CMYK so, with an Adobe marker or without.
 */
static void cmyk_to_rgb(const JSAMPLE *cmyk, JSAMPLE *rgb)
{
  for (JDIMENSION x = 0; x < image.output_width; x++, cmyk += 4, rgb += 3) {
    rgb[0] = share(cmyk[0], cmyk[3]);
    rgb[1] = share(cmyk[1], cmyk[3]);
    rgb[2] = share(cmyk[2], cmyk[3]);
  }
}

/* Returns the pixels: grey or RGB, without padding. */
EXPORT("readPixels") JSAMPLE *read_pixels(void)
{
  size_t stride = (size_t)image.output_width * get_channels();
  JSAMPLE *pixels, *cmyk;

  failure = NULL;
  pixels = allocate(stride * image.output_height);
  cmyk = image.num_components == 4 ? allocate((size_t)image.output_width * 4) : NULL;
  if (image.buffered_image) jpeg_start_output(&image, image.input_scan_number);
  while (image.output_scanline < image.output_height) {
    JSAMPROW to = pixels + stride * image.output_scanline;
    JSAMPROW row = cmyk != NULL ? cmyk : to;

    jpeg_read_scanlines(&image, &row, 1);
    if (cmyk != NULL) cmyk_to_rgb(cmyk, to);
  }
  return pixels;
}
