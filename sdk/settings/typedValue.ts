// A value as people type it.

/** JSON where it is JSON, else the text itself: 5, true, ["greg"], pop.isp.example. */
export function typedValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
