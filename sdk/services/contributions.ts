// What plugins contribute to the points of other plugins.
import type { Disposable } from '../disposable.js';
import { createServiceId } from './createServiceId.js';

/** The entries for the points that plugins own (`contributionPoints` in their manifests), as the manifests of active plugins have them. */
export interface ContributedEntries {
  /** In the order of activation. Each fits the point's schema: others are left out, and are told as a problem of their plugin. */
  of<T>(point: string): readonly { readonly plugin: string; readonly value: T }[];
  /** After a plugin became active, or ended. */
  onDidChange(listener: () => void): Disposable;
}
export const ContributedEntries = createServiceId<ContributedEntries>('ContributedEntries');
