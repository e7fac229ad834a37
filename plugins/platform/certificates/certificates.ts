// The server's certificate: from the files of the settings, read again when they change, or self-made.
import type { SecureContext } from 'node:tls';
import { type Disposable, type Logger, PostroomError, sentenceOf } from '@postroom/sdk';
import { Listeners, onFileChange, ownAddresses } from '@postroom/sdk/base';
import type { Certificates, Clock, Documents, Events, Leases, SecretStore, SettingsService, Trial } from '@postroom/sdk/services';
import { type CertificatePair, namesIn } from './certificatePair.js';
import { configuredFiles, configuredPair } from './configuredPair.js';
import { KeptPairs } from './keptPairs.js';
import { isGood, type OwnCertificate, OwnCertificates, renewalOf } from './ownCertificate.js';
import { isNameSetting, wantedNames } from './wantedNames.js';

const DAY_MS = 24 * 60 * 60_000;
/** Files of the settings are looked at so often. */
const FILES_EVERY_MS = 1000;
/** How long a wall clock that has jumped, or a machine that has slept, leaves a certificate in use that would not do any more. */
const LOOK_EVERY_MS = 60_000;
/** The same where there is no certificate: the key may have come, or another server has made one. */
const LOOK_FOR_FIRST_MS = 5000;
/** What certificates are made with. */
export interface CertificateServices {
  /** The data folder. */
  readonly folder: string;
  readonly documents: Documents;
  readonly secrets: Pick<SecretStore, 'getSecret' | 'setSecret' | 'removeSecret' | 'refresh'>;
  readonly leases: Pick<Leases, 'take'>;
  readonly settings: Pick<SettingsService, 'get' | 'shared' | 'onDidChange'>;
  /** Changes of the settings that may go back. */
  readonly trial: () => Trial | undefined;
  readonly clock: Clock;
  readonly events: Events;
  readonly log: Logger;
  /** This machine's IP addresses; by default as the system tells them. */
  readonly addresses?: () => readonly string[];
}

export class ServerCertificates implements Certificates, Disposable {
  #pair: CertificatePair | undefined;
  /** Set where the pair in use is self-made. */
  #own: OwnCertificate | undefined;
  readonly #pairs: KeptPairs;
  readonly #kept: OwnCertificates;
  #problem: string | undefined;
  /** Why there is no certificate at all. */
  #failure: Error | undefined;
  #watches: readonly Disposable[] = [];
  #watched: readonly string[] = [];
  #nextLook: Disposable | undefined;
  #listening: readonly Disposable[] = [];
  #disposed = false;
  #mayMake = true;
  /** Loads follow each other. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #changed: Listeners<void>;

  constructor(private readonly services: CertificateServices) {
    this.#pairs = new KeptPairs(services.documents, services.secrets, services.folder);
    this.#kept = new OwnCertificates(this.#pairs, services.leases);
    this.#changed = new Listeners<void>((thrown) => services.log.error(`A listener to the certificate failed: ${sentenceOf(thrown)}`));
  }

  /**
   * Loads or makes the certificate. Where the files of the settings are broken at start, the self-made one serves until they are mended. Rejects where none can be made;
   * not where another server on the store has one whose key cannot be opened here, as what needs no TLS goes on.
   * `make: false`: no port will open, so that none is made where there is none.
   */
  async open({ make = true }: { readonly make?: boolean } = {}): Promise<void> {
    this.#mayMake = make;
    await this.reload();
    if (this.#failure !== undefined && !this.#isWithoutKey) throw this.#failure;
    const { documents } = this.services;
    if (documents.isShared) await this.#tellOfFormerFiles();
    // Names that wait for their confirmation are taken when it comes, which is an event.
    this.#listening = [
      ...(documents.isShared ? [documents.onDidChange('tls/', () => void this.reload())] : []),
      this.services.settings.onDidChange(['tls.', 'server.name'], () => void this.reload()),
      this.services.events.on((event) => event.type === 'settings' && this.#lookNow()),
    ];
    this.#lookOften();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#unwatch();
    for (const each of this.#listening) void each.dispose();
    void this.#nextLook?.dispose();
    await this.#queue;
  }

  current(): SecureContext {
    return this.#loaded().context;
  }

  get pem(): { readonly key: string; readonly cert: string } {
    const { key, cert } = this.#loaded();
    return { key, cert };
  }

  get authority(): string | undefined {
    return this.#own?.authority;
  }

  /** Host names and IP addresses that it is good for. */
  get names(): readonly string[] {
    return namesIn(this.#loaded().cert);
  }

  /** When the server makes the next one; `undefined` where that is somebody else's work. */
  get renewal(): Date | undefined {
    return this.#own === undefined ? undefined : renewalOf(this.#own.pair);
  }

  /** Why the certificate that is wanted is not in use, or not good; `undefined` where all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changed.add(listener);
  }

  /** Reads the files again. */
  reload(): Promise<void> {
    const result = this.#queue.then(async () => {
      const files = configuredFiles(this.services.settings, this.services.folder);
      try {
        // Watched before they are read: a change in between is seen as well.
        this.#watch(files === undefined ? [] : [files.cert, files.key]);
        if (files === undefined) await this.#takeOwn();
        else this.#use(await configuredPair(files), undefined);
        this.#setProblem(this.#validity());
        this.#failure = undefined;
      } catch (thrown) {
        this.#setProblem(`${sentenceOf(thrown)} ${await this.#goesOnWith(thrown, files !== undefined)}`);
      }
    });
    this.#queue = result;
    return result;
  }

  /** What serves where the certificate that is wanted cannot, in a sentence. */
  async #goesOnWith(thrown: unknown, isConfigured: boolean): Promise<string> {
    if (this.#pair !== undefined) return 'The former certificate stays in use.';
    const failed = isConfigured ? await this.#takeOwn().catch((error: unknown) => error) : thrown;
    this.#failure = failed === undefined || failed instanceof Error ? failed : new Error(sentenceOf(failed));
    if (this.#failure !== undefined) return `Ports with TLS stay closed.${isConfigured ? ` ${this.#failure.message}` : ''}`;
    return this.#pair === undefined ? 'Another server on the store is making one.' : 'The self-made certificate stays in use.';
  }

  /** The certificate is there, and this server cannot open its key. */
  get #isWithoutKey(): boolean {
    return this.services.documents.isShared && isKeyMissing(this.#failure);
  }

  /** Of before this server moved to the store. */
  async #tellOfFormerFiles(): Promise<void> {
    const { cert } = await this.#pairs.readFolder('certificate');
    if (cert === '' || cert === this.#pair?.cert) return;
    this.services.log.info(
      'The store has the certificate. The files in tls/ of the data folder are of before, and are not looked at: they can be removed.',
    );
  }

  #loaded(): CertificatePair {
    if (this.#pair === undefined)
      throw new PostroomError('data/missing', this.#problem ?? 'There is no certificate yet: the server makes one when it starts.');
    return this.#pair;
  }

  async #takeOwn(): Promise<void> {
    const own = await this.#ownCertificate();
    if (own !== undefined) this.#use(own.pair, own);
  }

  async #ownCertificate(): Promise<OwnCertificate | undefined> {
    if (!this.#mayMake || (this.#own !== undefined && this.#namesAreOnTrial())) return (await this.#kept.read()) ?? this.#own;
    const names = this.#names();
    try {
      const own = await this.#kept.ensure(names, `Postroom of ${names[0]}`, this.services.clock.now());
      if (own?.made !== undefined) this.services.log.info(MADE[own.made], { names, authority: this.#pairs.authorityFile });
      return own ?? this.#own;
    } catch (error) {
      const former = this.#own ?? (await this.#kept.read().catch(() => undefined));
      if (former === undefined) throw isKeyMissing(error) ? error : notMade(error);
      this.#use(former.pair, former);
      throw new PostroomError('data/not-writable', `A new certificate could not be made: ${sentenceOf(error)}`);
    }
  }

  /** Mail programs are shown another certificate when somebody has decided on its names, not before. */
  #namesAreOnTrial(): boolean {
    return this.services.trial()?.keys.some(isNameSetting) ?? false;
  }

  #names(): readonly string[] {
    return wantedNames(this.services.settings, (this.services.addresses ?? ownAddresses)());
  }

  #use(pair: CertificatePair, own: OwnCertificate | undefined): void {
    const isNew = this.#pair?.cert !== pair.cert || this.#pair.key !== pair.key;
    [this.#pair, this.#own] = [pair, own];
    if (isNew) this.#changed.fire();
  }

  /** What is wrong with the dates of a certificate that somebody else replaces. */
  #validity(): string | undefined {
    if (this.#pair === undefined || this.#own !== undefined) return undefined;
    const { begins, expires } = this.#pair;
    const now = this.services.clock.now();
    const what = 'The certificate of the setting "tls.certificateFile"';
    if (begins > now)
      return `${what} begins on ${dayOf(begins)}, and until then mail programs refuse it. Is the clock of this machine right? Else replace its files.`;
    return expires.getTime() - now.getTime() > 7 * DAY_MS ? undefined : `${what} expires on ${dayOf(expires)}. Replace its files.`;
  }

  #setProblem(problem: string | undefined): void {
    if (problem !== undefined && problem !== this.#problem) {
      this.services.log.error(problem);
      this.services.events.emit({ type: 'problem', source: 'certificate', sentence: problem });
    }
    this.#problem = problem;
  }

  /** By the wall clock, whatever happened to it meanwhile. */
  #lookOften(): void {
    this.#nextLook = this.services.clock.after(this.#pair === undefined ? LOOK_FOR_FIRST_MS : LOOK_EVERY_MS, () => {
      this.#lookNow();
      if (!this.#disposed) this.#lookOften();
    });
  }

  #lookNow(): void {
    const own = this.#own;
    if (this.#pair === undefined) {
      if (this.#mayMake) void this.reload();
    } else if (own === undefined) {
      const validity = this.#validity();
      if (validity !== undefined) this.#setProblem(validity);
    } else if (this.#mayMake && !isGood(own.pair, this.#names(), this.services.clock.now())) {
      void this.reload();
    }
  }

  #watch(paths: readonly string[]): void {
    if (this.#disposed || paths.join('\0') === this.#watched.join('\0')) return;
    this.#unwatch();
    this.#watched = paths;
    this.#watches = paths.map((path) => onFileChange(path, FILES_EVERY_MS, () => void this.reload()));
  }

  #unwatch(): void {
    for (const watch of this.#watches) void watch.dispose();
    [this.#watches, this.#watched] = [[], []];
  }
}

const MADE = {
  'authority and certificate':
    'A certificate was made, and an authority that vouches for it. Mail programs that trust the authority ask nothing, today or when the certificate is renewed: hand it out (postroom certificate authority).',
  certificate: 'The certificate was renewed. Mail programs that trust the authority do not notice; others ask again.',
  moved:
    'The certificate of the data folder is in the store from now on, with its authority, for all servers. The files in tls/ are not looked at any more.',
} as const;

function isKeyMissing(error: unknown): boolean {
  return error instanceof PostroomError && error.code === 'secrets/unreadable';
}

function notMade(error: unknown): PostroomError {
  const code = error instanceof PostroomError ? error.code : 'data/not-writable';
  return new PostroomError(code, `A certificate could not be made: ${sentenceOf(error)}`, {}, { cause: error });
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
