// Words of a sender, an ISP or a plugin in sentences of ours: there may be any number of them.

/** `longest`: in characters, without the three dots that stand for the rest. */
export function cutText(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}
