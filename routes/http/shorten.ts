/** A value as a message may repeat it: what a client sent can be megabytes long. */
export function shorten(value: string, most = 100): string {
  return value.length <= most ? value : `${value.slice(0, most)}…`;
}
