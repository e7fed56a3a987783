/*
 * Resampling of one row at a time, in vectors of two doubles.
 * src/codecs/vector_row_passes.ts is its only caller, and lays out the memory.
 *
 * The operations and their order are those of src/image/plain_row_passes.ts, so the results are the
 * same to the last bit.
 */

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name)  __attribute__((export_name(name)))
#define INLINE  static inline __attribute__((always_inline))

/* Numbers per pixel of a line: red, green, blue and one that is ignored. */
#define LANES  4

typedef struct { v128_t red_green, blue; } Pixel;

INLINE Pixel black(void)
{
  return (Pixel) { wasm_f64x2_splat(0), wasm_f64x2_splat(0) };
}

INLINE Pixel add(Pixel sum, v128_t weight, Pixel pixel)
{
  return (Pixel) {
    wasm_f64x2_add(sum.red_green, wasm_f64x2_mul(weight, pixel.red_green)),
    wasm_f64x2_add(sum.blue, wasm_f64x2_mul(weight, pixel.blue)),
  };
}

INLINE Pixel rounded(Pixel pixel)
{
  v128_t half = wasm_f64x2_splat(0.5);

  return (Pixel) {
    wasm_f64x2_floor(wasm_f64x2_add(pixel.red_green, half)),
    wasm_f64x2_floor(wasm_f64x2_add(pixel.blue, half)),
  };
}

/* Reads four bytes, of which the last is ignored. */
INLINE Pixel load_bytes(const uint8_t *bytes)
{
  v128_t shorts = wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(bytes));
  v128_t ints = wasm_u32x4_extend_low_u16x8(shorts);

  return (Pixel) {
    wasm_f64x2_convert_low_u32x4(ints),
    wasm_f64x2_convert_low_u32x4(wasm_i32x4_shuffle(ints, ints, 2, 3, 2, 3)),
  };
}

INLINE Pixel load_lanes(const double *lanes)
{
  return (Pixel) { wasm_v128_load(lanes), wasm_v128_load(lanes + 2) };
}

/* Stores gain * pixel + bias, the colours `step` numbers apart. */
INLINE void store_normalised(Pixel pixel, Pixel gain, Pixel bias, float *at, int step)
{
  v128_t red_green = wasm_f64x2_add(wasm_f64x2_mul(gain.red_green, pixel.red_green), bias.red_green);
  v128_t blue = wasm_f64x2_add(wasm_f64x2_mul(gain.blue, pixel.blue), bias.blue);

  red_green = wasm_f32x4_demote_f64x2_zero(red_green);
  blue = wasm_f32x4_demote_f64x2_zero(blue);
  wasm_v128_store32_lane(at, red_green, 0);
  wasm_v128_store32_lane(at + step, red_green, 1);
  wasm_v128_store32_lane(at + 2 * step, blue, 0);
}

INLINE void resample(const uint8_t *pixels, int step, const int32_t *offsets, const double *weights,
                     int taps, int columns, int rounds, double *line)
{
  for (int x = 0; x < columns; x++, line += LANES) {
    const uint8_t *at = pixels + offsets[x];
    Pixel sum = black();

    for (int tap = 0; tap < taps; tap++, at += step, weights++)
      sum = add(sum, wasm_v128_load64_splat(weights), load_bytes(at));
    if (rounds) sum = rounded(sum);
    wasm_v128_store(line, sum.red_green);
    wasm_v128_store(line + 2, sum.blue);
  }
}

INLINE void combine(const double *const *lines, const double *weights, int taps, int columns,
                    int rounds, const double *gains, const double *biases, float *row)
{
  Pixel gain = load_lanes(gains), bias = load_lanes(biases);

  for (int x = 0; x < columns; x++) {
    Pixel sum = black();

    for (int tap = 0; tap < taps; tap++)
      sum = add(sum, wasm_v128_load64_splat(weights + tap), load_lanes(lines[tap] + LANES * x));
    if (rounds) sum = rounded(sum);
    store_normalised(sum, gain, bias, row + x, columns);
  }
}

/*
 * Resamples a row of an image along x.
 *
 * pixels:  bytes of the row, `step` per pixel, and one more byte after the last pixel
 * offsets: [columns] byte at which the first pixel of each output column starts
 * weights: [columns, taps]
 * rounds:  1 to round the results to whole numbers
 * line:    receives [columns, 4]
 *
 * Three weights of RGB pixels have loops of their own, which take half the time.
 */
EXPORT("resampleLine")
void resample_line(const uint8_t *pixels, int step, const int32_t *offsets, const double *weights,
                   int taps, int columns, int rounds, double *line)
{
  if (taps == 3 && step == 3 && !rounds) resample(pixels, 3, offsets, weights, 3, columns, 0, line);
  else resample(pixels, step, offsets, weights, taps, columns, rounds, line);
}

/*
 * Adds up weighted lines and normalises the sums, which gives an output row.
 *
 * lines:   [taps] addresses of lines
 * weights: [taps]
 * rounds:  1 to round the sums to whole numbers
 * gains:   [4] factor of each colour
 * biases:  [4] added to each colour afterwards
 * row:     receives [3, columns]
 */
EXPORT("combineLines")
void combine_lines(const double *const *lines, const double *weights, int taps, int columns,
                   int rounds, const double *gains, const double *biases, float *row)
{
  if (taps == 3 && !rounds) combine(lines, weights, 3, columns, 0, gains, biases, row);
  else combine(lines, weights, taps, columns, rounds, gains, biases, row);
}
