// The folder with everything that a server keeps: database, settings, secrets, certificates.
import { createServiceId } from './createServiceId.js';

export interface DataFolder {
  /** Absolute. It exists from when the store is open, which makes and locks it. */
  readonly path: string;
}
export const DataFolder = createServiceId<DataFolder>('DataFolder');
