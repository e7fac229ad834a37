// The last step of every text on its way to a terminal or into the log: mail, ISPs and plugins decide what stands in it, and none of them may move the
// cursor, write over a line or turn the order of letters. Of JSON the value stays exactly what it is.

/** Control characters but the line end, separators of lines, and what turns letters round (Unicode TR 9: marks, embeddings, overrides, isolates). */
const UNFIT = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Each of them as a dot in the middle of the line. */
export function terminalText(text: string): string {
  return text.replace(UNFIT, '\u00b7');
}

/** JSON that says the same, with each of them as an escape. */
export function terminalJson(json: string): string {
  return json.replace(UNFIT, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
