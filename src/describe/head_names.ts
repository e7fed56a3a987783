/** Names that exporters give to box heads. */
export const BOX_NAMES = /box|reg|delta|loc(?!k)/i;

/** Names that exporters give to class heads. */
export const CLASS_NAMES = /cls|class|score|conf|logit/i;
