// A server in a folder of its own with the manager's application in front, for tests by inject().
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CommandCall } from '@postroom/sdk';
import {
  AdminPassword,
  Authenticator,
  Certificates,
  Clock,
  CommandCatalogue,
  Events,
  PluginCatalogue,
  PluginStorages,
  SettingsService,
} from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { service } from '#core/base/bindings.js';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { createApp } from '#plugins/admin-ui/dist/server/app.js';
import { EventFeed } from '#plugins/admin-ui/dist/server/eventFeed.js';
import { Lamps } from '#plugins/admin-ui/dist/server/lamps.js';
import type { PeerProcess } from '#plugins/admin-ui/dist/server/peerProcess.js';
import { ROUTE_ANSWERS } from '#plugins/admin-ui/dist/server/routeAnswers.js';
import { Sessions } from '#plugins/admin-ui/dist/server/sessions.js';
import { SetupCode } from '#plugins/admin-ui/dist/server/setupCode.js';
import { Tokens } from '#plugins/admin-ui/dist/server/tokens.js';
import { checkedAnswer, refuseMisfits } from '../../kit/answers.js';

export const PASSWORD = 'the office key';
const IDLE_MINUTES = 15;

const SETTINGS = {
  $schema: './settings.schema.json',
  'plugins.enabled': ['postroom.licensing-pro'],
  accounts: {
    company: {
      kind: 'regular',
      address: 'mail@company.example',
      'pop3.host': 'pop.isp.example',
      'smtp.host': 'smtp.isp.example',
      users: { andrew: {}, greg: {} },
    },
  },
};

/** Whose program is at the other end of a connection of this machine. */
export interface Machine {
  peer: PeerProcess;
  /** Clients come through a load balancer. */
  isBehindProxy: boolean;
}

/** What a browser or a script holds. */
export interface Credentials {
  readonly cookie?: string;
  readonly csrf?: string;
  readonly bearer?: string;
}

export class ManagerHost {
  readonly #call: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };

  private constructor(
    readonly server: Server,
    readonly clock: VirtualClock,
    readonly sessions: Sessions,
    private readonly feed: EventFeed,
    private readonly lamps: Lamps,
    readonly app: FastifyInstance,
    private readonly setupCode: SetupCode,
    private readonly codes: readonly string[],
    /** What the system tells; a test may change it. */
    readonly machine: Machine,
  ) {}

  static async start(): Promise<ManagerHost> {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'postroom-manager-'));
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(SETTINGS, undefined, 2));
    const server = await openServer({ dataDir, serve: false, log: createLog('silent') });
    const { container } = server;
    const clock = new VirtualClock(new Date('2026-11-23T09:00:00Z'));
    const limits = () => ({ idleMinutes: IDLE_MINUTES, hours: 12 });
    const sessions = new Sessions(clock, limits);
    const lamps = new Lamps(service(container, Events), clock);
    const feed = new EventFeed(service(container, Events), lamps, service(container, Clock));
    const codes: string[] = [];
    const setupCode = new SetupCode((code) => codes.push(code), clock);
    const machine: Machine = { peer: 'own', isBehindProxy: false };
    service(container, AdminPassword).onDidChange(() => sessions.endAll());
    const app = await createApp({
      commands: service(container, CommandCatalogue),
      settings: service(container, SettingsService),
      plugins: service(container, PluginCatalogue),
      authenticator: service(container, Authenticator),
      certificates: service(container, Certificates),
      adminPassword: service(container, AdminPassword),
      setupCode,
      isBehindProxy: () => machine.isBehindProxy,
      peerOf: async () => machine.peer,
      sessions,
      tokens: new Tokens(service(container, PluginStorages).forPlugin('postroom.admin-ui'), clock),
      feed,
      limits,
      hostNames: () => ['mail.company.example'],
      webFolder: path.join(dataDir, 'web'),
      log: createLog('silent'),
      signal: new AbortController().signal,
    });
    return new ManagerHost(server, clock, sessions, feed, lamps, app, setupCode, codes, machine);
  }

  /** What the console shows. */
  consoleCode(): string {
    this.setupCode.show();
    return this.codes.at(-1) ?? '';
  }

  /** ADMIN1 logs in, with a first password where there was none. */
  async login(): Promise<Credentials> {
    if (!service(this.server.container, AdminPassword).isSet)
      await this.run('users.set-password', { account: 'admin1', password: PASSWORD });
    return credentialsOf(await this.ask('POST', '/api/session', { password: PASSWORD }));
  }

  async run(command: string, args: unknown): Promise<unknown> {
    const answer = await this.server.run(command, args, this.#call);
    checkedAnswer(command, JSON.parse(JSON.stringify(answer ?? {})));
    return answer;
  }

  /** What a command or a route answers has to be what it declares. */
  async ask(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    as: Credentials = {},
    more: Partial<InjectOptions> = {},
  ): Promise<LightMyRequestResponse> {
    const headers: Record<string, string> = { host: '127.0.0.1:8110', ...(more.headers as Record<string, string> | undefined) };
    if (as.cookie !== undefined) headers['cookie'] = as.cookie;
    if (as.csrf !== undefined) headers['x-csrf-token'] = as.csrf;
    if (as.bearer !== undefined) headers['authorization'] = `Bearer ${as.bearer}`;
    const answer = await this.app.inject({ ...more, method, url, headers, ...(body !== undefined && { payload: body }) });
    const [, command] = /^\/api\/commands\/([a-z.-]+)(?:\?|$)/.exec(url) ?? [];
    const isJson = String(answer.headers['content-type']).startsWith('application/json');
    if (answer.statusCode !== 200 || !isJson) return answer;
    if (command !== undefined) checkedAnswer(command, answer.json());
    const declared = ROUTE_ANSWERS[`${method} ${url}`];
    if (declared !== undefined) refuseMisfits(`${method} ${url}`, declared, answer.json());
    return answer;
  }

  async stop(): Promise<void> {
    await this.feed.dispose();
    await this.lamps.dispose();
    await this.app.close();
    await this.server.close();
    await rm(this.server.dataDir, { recursive: true, force: true });
  }
}

export function credentialsOf(answer: LightMyRequestResponse): Credentials {
  const cookie = answer.cookies.find(({ name }) => name === 'postroom-session');
  return { cookie: `postroom-session=${cookie?.value ?? ''}`, csrf: answer.json<{ csrf: string }>().csrf };
}

export function problemOf(answer: LightMyRequestResponse): { readonly code: string; readonly message: string } {
  return answer.json<{ error: { code: string; message: string } }>().error;
}
