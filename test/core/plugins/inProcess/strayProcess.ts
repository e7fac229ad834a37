// A server that owns its process, with one plugin whose errors reach nobody: mail flows beside it, and the outcome goes to the test that started this.
import { Postroom } from '../../../kit/postroom.js';
import { NAMELESS_STRAY, plantAmongOurs, STRAYS } from './villains.js';

export interface StrayOutcome {
  readonly subjects: readonly string[];
  readonly row: { readonly state: string; readonly problems: readonly string[] };
  readonly status: readonly string[];
  readonly log: string;
  /** What was not put down to the plugin. */
  readonly ownStrays: readonly string[];
}

const plugin = `villain.${process.argv[2] ?? ''}`;
const ownStrays: string[] = [];
const planted = await plantAmongOurs([...STRAYS, NAMELESS_STRAY]);
const postroom = await Postroom.start({
  bundledPlugins: planted.folder,
  onUnhandledError: (error) => void ownStrays.push(String(error)),
});
// `plugins`: nobody can tell whose it is.
const failed = postroom.next((event) => event.type === 'problem' && (event.source === plugin || event.source === 'plugins'));
await postroom.run('plugins.enable', { plugin });
await failed;
postroom.isp.mailbox('mail').put('From: a@far.example\r\nTo: Andrew <mail@company.example>\r\nSubject: While it fails\r\n\r\nHello\r\n');
await postroom.round();
const rows = await postroom.run<readonly (StrayOutcome['row'] & { readonly plugin: string })[]>('plugins.list');
const status = await postroom.run<{ readonly problems: readonly string[] }>('status');
const outcome: StrayOutcome = {
  subjects: await postroom.subjects('andrew'),
  row: rows.find((row) => row.plugin === plugin) ?? { state: 'gone', problems: [] },
  status: status.problems,
  log: postroom.log,
  ownStrays,
};
// The villain's timer outlives its server.
process.on('uncaughtException', () => undefined).on('unhandledRejection', () => undefined);
await postroom.stop();
await planted.remove();
process.send?.(outcome, () => process.exit(0));
