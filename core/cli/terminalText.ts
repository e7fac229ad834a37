// The last step of every text on its way to a terminal: mail, ISPs and plugins decide what stands in it, and none of them may move the cursor, write
// over a line or turn the order of letters. Of JSON the value stays exactly what it is.

/** Control characters but the line end, separators of lines, and the marks that turn letters round (Unicode TR 9: embeddings, overrides, isolates). */
const UNFIT = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Each of them as a dot in the middle of the line. */
export function terminalText(text: string): string {
  return text.replace(UNFIT, '\u00b7');
}

/** JSON that says the same, with each of them as an escape. */
export function terminalJson(json: string): string {
  return json.replace(UNFIT, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
