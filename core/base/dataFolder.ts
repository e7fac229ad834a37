// The folder with everything that a server keeps: database, settings, secrets, certificates.
import { createServiceId } from '@postroom/sdk/services';

export interface DataFolder {
  /** Absolute; exists. */
  readonly path: string;
}
export const DataFolder = createServiceId<DataFolder>('DataFolder');
