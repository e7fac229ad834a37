// The server's certificate: from the files of the settings, read again when they change, or self-made.
import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { SecureContext } from 'node:tls';
import { type Disposable, type Logger, PostroomError, type Settings, sentenceOf } from '@postroom/sdk';
import { asciiDomain, Listeners, onFileChange, ownAddresses } from '@postroom/sdk/base';
import type { Certificates, Clock, Events, Trial } from '@postroom/sdk/services';
import { type CertificatePair, namesIn, readPair } from './certificatePair.js';
import { isGood, type OwnCertificate, OwnCertificateFiles, renewalOf } from './ownCertificate.js';

const DAY_MS = 24 * 60 * 60_000;
/** Files of the settings are looked at so often. */
const FILES_EVERY_MS = 1000;
/** How long a wall clock that has jumped, or a machine that has slept, leaves a certificate in use that would not do any more. */
const LOOK_EVERY_MS = 60_000;
/** What the settings say of the names in a certificate that is made here. */
const NAME_SETTINGS = ['server.name', 'tls.names'];

/** Where a pair of PEM files lies. */
interface PairFiles {
  readonly cert: string;
  readonly key: string;
}

/** What certificates are made with. */
export interface CertificateServices {
  /** The data folder. */
  readonly folder: string;
  readonly settings: Pick<Settings, 'get' | 'onDidChange'>;
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
  readonly #files: OwnCertificateFiles;
  #problem: string | undefined;
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
    this.#files = new OwnCertificateFiles(services.folder);
    this.#changed = new Listeners<void>((thrown) => services.log.error(`A listener to the certificate failed: ${sentenceOf(thrown)}`));
  }

  /**
   * Loads or makes the certificate. Where the files of the settings are broken at start, the self-made one serves until they are mended.
   * `make: false`: no port will open, so that none is made where there is none.
   */
  async open({ make = true }: { readonly make?: boolean } = {}): Promise<void> {
    this.#mayMake = make;
    await this.reload();
    if (this.#pair === undefined) await this.#takeOwn();
    // Names that wait for their confirmation are taken when it comes, which is an event.
    this.#listening = [
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
      const files = this.#configuredFiles();
      try {
        // Watched before they are read: a change in between is seen as well.
        this.#watch(files === undefined ? [] : [files.cert, files.key]);
        if (files === undefined) await this.#takeOwn();
        else this.#use(await configuredPair(files), undefined);
        this.#setProblem(this.#validity());
      } catch (thrown) {
        this.#setProblem(`${sentenceOf(thrown)} The ${this.#pair === undefined ? 'self-made' : 'former'} certificate stays in use.`);
      }
    });
    this.#queue = result;
    return result;
  }

  #loaded(): CertificatePair {
    if (this.#pair === undefined)
      throw new PostroomError('data/missing', 'There is no certificate yet: the server makes one when it starts.');
    return this.#pair;
  }

  #configuredFiles(): PairFiles | undefined {
    const [cert, key] = [this.services.settings.get<string>('tls.certificateFile'), this.services.settings.get<string>('tls.keyFile')];
    return cert === '' || key === '' ? undefined : { cert: resolve(this.services.folder, cert), key: resolve(this.services.folder, key) };
  }

  async #takeOwn(): Promise<void> {
    const own = await this.#ownCertificate();
    if (own !== undefined) this.#use(own.pair, own);
  }

  async #ownCertificate(): Promise<OwnCertificate | undefined> {
    if (!this.#mayMake || (this.#own !== undefined && this.#namesAreOnTrial())) return this.#own ?? this.#files.read();
    const names = this.#names();
    try {
      const own = await this.#files.ensure(names, `Postroom of ${names[0]}`, this.services.clock.now());
      if (own.made !== undefined) this.services.log.info(MADE[own.made], { names, authority: this.#files.authorityFile });
      return own;
    } catch (error) {
      const former = this.#own ?? (await this.#files.read());
      if (former === undefined) throw error;
      this.#use(former.pair, former);
      throw new PostroomError('data/not-writable', `A new certificate could not be made: ${sentenceOf(error)}`);
    }
  }

  /** Mail programs are shown another certificate when somebody has decided on its names, not before. */
  #namesAreOnTrial(): boolean {
    return this.services.trial()?.keys.some((key) => NAME_SETTINGS.includes(key)) ?? false;
  }

  /** What people type: host names, and the IPv4 addresses of this machine. IPv6 addresses change daily, and are not typed. */
  #names(): readonly string[] {
    const machine = hostname();
    const names = [
      this.services.settings.get<string>('server.name'),
      machine,
      // As the machine calls itself by multicast DNS (RFC 6762).
      ...(machine.includes('.') ? [] : [`${machine}.local`]),
      'localhost',
      '127.0.0.1',
      '::1',
      ...this.services.settings.get<readonly string[]>('tls.names'),
      ...(this.services.addresses ?? ownAddresses)().filter((address) => isIPv4(address) && !address.startsWith('169.254.')),
    ];
    return [...new Set(names.filter((name) => name !== '').map((name) => (name.includes(':') ? name.toLowerCase() : asciiDomain(name))))];
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
    this.#nextLook = this.services.clock.after(LOOK_EVERY_MS, () => {
      this.#lookNow();
      if (!this.#disposed) this.#lookOften();
    });
  }

  #lookNow(): void {
    const own = this.#own;
    if (own === undefined) {
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
} as const;

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

async function configuredPair(files: PairFiles): Promise<CertificatePair> {
  const cert = await read(files.cert, 'tls.certificateFile');
  const key = await read(files.key, 'tls.keyFile');
  return pairOr(cert, key, `The certificate ${files.cert} with the key ${files.key}`);
}

async function read(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PostroomError('settings/invalid', `The file of the setting "${setting}" can't be read (${sentenceOf(error)}).`, { path });
  }
}

function pairOr(cert: string, key: string, what: string): CertificatePair {
  const result = readPair(cert, key);
  if (result.pair !== undefined) return result.pair;
  throw new PostroomError('settings/invalid', `${what} can't be used: ${result.reason}.`);
}
