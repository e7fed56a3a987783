import { checkOptions, type OptionRules } from "../core/check_options.ts";
import { EMBED_DETECT_RULES, EMBED_RULES } from "./option_rules.ts";
import type { EmbedOptions } from "./options.ts";

/**
 * Checks the options of `createDetector()`.
 *
 * @param rules Rules of the additional options of one platform.
 * @returns Options that are set, as a plain object.
 * @throws {DomainError} `invalid-option`.
 */
export function checkEmbedOptions<Options extends EmbedOptions>(
  options: Options,
  rules: OptionRules<Omit<Options, keyof EmbedOptions>>,
): Options {
  const all = { ...EMBED_RULES, ...rules } as OptionRules<Options>;
  const elsewhere = { names: Object.keys(EMBED_DETECT_RULES), owner: "detect()" };
  return checkOptions(options, all, { action: "create a detector", elsewhere });
}
