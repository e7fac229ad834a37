// The server's certificate: the one from the settings, renewed whenever its files are, or one of its own making.
import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { SecureContext } from 'node:tls';
import { type Disposable, PostroomError, sentenceOf } from '@postroom/sdk';
import { type Certificates, Clock, Events } from '@postroom/sdk/services';
import { DataFolder } from '../base/dataFolder.js';
import { Listeners } from '../base/listeners.js';
import { Log } from '../base/log.js';
import { writeAtomically } from '../configuration/atomicFile.js';
import { asciiDomain } from '../configuration/domains.js';
import { SettingsService } from '../configuration/settingsService.js';
import { onFileChange } from '../configuration/watchedFile.js';
import { type CertificatePair, coversNames, readPair } from './certificatePair.js';
import { makeCertificate } from './selfMadeCertificate.js';

const DAY_MS = 24 * 60 * 60_000;
const RENEW_BEFORE_MS = 30 * DAY_MS;
const LOOK_EVERY_MS = 1000;

/** Where a pair of PEM files lies. */
interface PairFiles {
  readonly cert: string;
  readonly key: string;
}

export class ServerCertificates implements Certificates, Disposable {
  #pair: CertificatePair | undefined;
  #problem: string | undefined;
  #watches: readonly Disposable[] = [];
  #watched: readonly string[] = [];
  #daily: Disposable | undefined;
  #settingsWatch: Disposable | undefined;
  #disposed = false;
  #mayMake = true;
  /** Loads follow each other. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #changed = new Listeners<void>((thrown) => this.log.error(`A listener to the certificate failed: ${sentenceOf(thrown)}`));

  constructor(
    @SettingsService private readonly settings: SettingsService,
    @DataFolder private readonly folder: DataFolder,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @Log private readonly log: Log,
  ) {}

  /**
   * Loads or makes the certificate. Where the files of the settings are broken at start, the self-made one serves until they are mended.
   * `make: false`: nobody will be served, so that none is made where there is none.
   */
  async open({ make = true }: { readonly make?: boolean } = {}): Promise<void> {
    this.#mayMake = make;
    await this.reload();
    if (this.#pair === undefined) this.#use(await this.#ownPair());
    this.#settingsWatch = this.settings.onDidChange(['tls.', 'server.name'], () => void this.reload());
    this.#lookDaily();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#unwatch();
    await this.#settingsWatch?.dispose();
    await this.#daily?.dispose();
    await this.#queue;
  }

  current(): SecureContext {
    return this.#loaded().context;
  }

  get pem(): { readonly key: string; readonly cert: string } {
    const { key, cert } = this.#loaded();
    return { key, cert };
  }

  /** Why the certificate that the settings name is not in use; `undefined` where all is well. */
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
        this.#use(files === undefined ? await this.#ownPair() : await configuredPair(files));
        this.#setProblem(this.#expiry());
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
    const [cert, key] = [this.settings.get<string>('tls.certificateFile'), this.settings.get<string>('tls.keyFile')];
    return cert === '' || key === '' ? undefined : { cert: resolve(this.folder.path, cert), key: resolve(this.folder.path, key) };
  }

  async #ownPair(): Promise<CertificatePair | undefined> {
    const folder = join(this.folder.path, 'tls');
    const files: PairFiles = { cert: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
    const names = this.#names();
    const [cert, key] = await Promise.all([readFile(files.cert, 'utf8').catch(() => ''), readFile(files.key, 'utf8').catch(() => '')]);
    const { pair } = readPair(cert, key);
    const lasts = pair !== undefined && pair.expires.getTime() - this.clock.now().getTime() > RENEW_BEFORE_MS;
    if (lasts && coversNames(cert, names)) return pair;
    if (!this.#mayMake) return undefined;
    const made = await makeCertificate(names, this.clock.now());
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // A crash between the two leaves a pair that does not fit, which is made anew.
    await writeAtomically(files.key, made.key);
    await writeAtomically(files.cert, made.cert, 0o644);
    this.log.info('A certificate was made. Mail clients ask once whether to trust it.', { names, file: files.cert });
    return pairOr(made.cert, made.key, 'The self-made certificate');
  }

  #names(): readonly string[] {
    const names = [
      this.settings.get<string>('server.name'),
      hostname(),
      'localhost',
      '127.0.0.1',
      '::1',
      ...this.settings.get<readonly string[]>('tls.names'),
    ];
    return [...new Set(names.filter((name) => name !== '').map((name) => (name.includes(':') ? name.toLowerCase() : asciiDomain(name))))];
  }

  #use(pair: CertificatePair | undefined): void {
    if (pair === undefined) return;
    const isNew = this.#pair?.cert !== pair.cert || this.#pair.key !== pair.key;
    this.#pair = pair;
    if (isNew) this.#changed.fire();
  }

  #expiry(): string | undefined {
    const expires = this.#pair?.expires;
    if (expires === undefined || expires.getTime() - this.clock.now().getTime() > 7 * DAY_MS) return undefined;
    return `The certificate of the setting "tls.certificateFile" expires on ${expires.toISOString().slice(0, 10)}. Replace its files.`;
  }

  #setProblem(problem: string | undefined): void {
    if (problem !== undefined && problem !== this.#problem) {
      this.log.error(problem);
      this.events.emit({ type: 'problem', source: 'certificate', sentence: problem });
    }
    this.#problem = problem;
  }

  /** The self-made one is renewed in time, and one that nobody replaces is complained about. */
  #lookDaily(): void {
    this.#daily = this.clock.after(DAY_MS, () => {
      void this.reload();
      this.#lookDaily();
    });
  }

  #watch(paths: readonly string[]): void {
    if (this.#disposed || paths.join('\0') === this.#watched.join('\0')) return;
    this.#unwatch();
    this.#watched = paths;
    this.#watches = paths.map((path) => onFileChange(path, LOOK_EVERY_MS, () => void this.reload()));
  }

  #unwatch(): void {
    for (const watch of this.#watches) void watch.dispose();
    [this.#watches, this.#watched] = [[], []];
  }
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
