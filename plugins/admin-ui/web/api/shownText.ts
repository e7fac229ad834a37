// What the server answers, made fit to be shown: marks that turn the order of letters would make one sender look like another.

/** Embeddings, overrides and isolates (Unicode TR 9). Arabic and Hebrew need none of them in a text by themselves. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** JSON with a visible mark in their place. */
export function shownText(json: string): string {
  return json.replace(TURNS, '\ufffd');
}
