// Checks on what came from a plugin's process. Each throws a sentence where the value is something else.
export type Data = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordOf(value: unknown): Data {
  return isRecord(value) ? value : {};
}

export function textIn(data: Data, property: string, longest = 1_000): string {
  const value = data[property];
  if (typeof value !== 'string' || value.length > longest) {
    throw new Error(`"${property}" is no text of at most ${longest} characters`);
  }
  return value;
}

export function optionalTextIn(data: Data, property: string, longest = 1_000): string | undefined {
  return data[property] === undefined ? undefined : textIn(data, property, longest);
}

export function numberIn(data: Data, property: string): number {
  const value = data[property];
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new Error(`"${property}" is no number`);
  }
  return value;
}

export function listIn(data: Data, property: string, longest: number): readonly unknown[] {
  const value = data[property];
  if (!Array.isArray(value) || value.length > longest) {
    throw new Error(`"${property}" is no list of at most ${longest} entries`);
  }
  return value;
}

/** A time as JSON has it; `undefined` where there is none. */
export function dateIn(data: Data, property: string): Date | undefined {
  if (data[property] === undefined) {
    return undefined;
  }
  const date = new Date(textIn(data, property, 40));
  if (Number.isNaN(date.getTime())) {
    throw new Error(`"${property}" is no valid time`);
  }
  return date;
}
