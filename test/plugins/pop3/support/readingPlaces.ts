// A suite about a collection holds wherever the octets are read.
import type { ReadingPlace } from './collectingHost.js';

export function describeReading(title: string, suite: (place: ReadingPlace) => void): void {
  for (const place of ['on the main thread', 'in a door'] as const) describe(`${title}, ${place}`, () => suite(place));
}
