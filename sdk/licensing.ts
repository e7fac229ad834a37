// onLicenseCheck: whether the service may run and how large it may be. Bundled edition plugins only.

/** `run`: may mail be fetched, sent and served now? `configure`: may the settings look like this? */
export type LicenceQuery =
  | { readonly kind: 'run' }
  | { readonly kind: 'configure'; readonly accounts: readonly { readonly id: string; readonly users: number }[] };

/** No verdict at all means denied. */
export type LicenceVerdict =
  | { readonly granted: true; readonly edition: string; readonly limits: EditionLimits }
  | {
      readonly granted: false;
      readonly edition: string /** A sentence. */;
      readonly reason: string /** What mends it, a sentence. */;
      readonly remedy: string;
    };

/** How large an edition may be. ADMIN1 and PUBLIC1 don't count as users. */
export interface EditionLimits {
  readonly accounts: number;
  readonly usersPerAccount: number;
}
