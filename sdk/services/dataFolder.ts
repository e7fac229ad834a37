// The folder with everything that a server keeps: database, settings, secrets, certificates.
import { createServiceId } from './createServiceId.js';

export interface DataFolder {
  /** Absolute; exists. */
  readonly path: string;
}
export const DataFolder = createServiceId<DataFolder>('DataFolder');
