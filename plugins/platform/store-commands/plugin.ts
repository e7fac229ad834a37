// store copy and store use: everything moves from one store to another, where no server runs.
import { type CommandCall, type CommandHandler, type PluginContext, PostroomError, type StandaloneContext } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';
import { Clock, ContributedEntries, DataFolder, StoreTransfer } from '@postroom/sdk/services';
import { answerCopied, answerTakenUp, type CopyArguments } from './answers.js';

export function activate(context: PluginContext): void {
  const { path } = context.get(DataFolder);
  const refuse = (): never => {
    throw new PostroomError(
      'data/locked',
      `A server runs on ${path}. Stop it, and every other one on its store, then run this again with --data ${shellWord(path)}`,
    );
  };
  for (const command of ['store.copy', 'store.use']) context.commands.register(command, refuse);
}

export function activateStandalone(context: StandaloneContext): void {
  const present = (): StoreTransfer => context.get(StoreTransfer);
  const stores = {
    present: () => Promise.resolve(present()),
    named: async (store: string) => (await context.withStore(store)).get(StoreTransfer),
    entries: context.get(ContributedEntries),
    clock: context.get(Clock),
  };
  register(context, 'store.copy', (args: CopyArguments, call) => answerCopied(args, stores, call));
  register(context, 'store.use', () => answerTakenUp(present()));
}

/** The arguments have been checked against the manifest. */
function register<Args>(
  { commands }: Pick<PluginContext, 'commands'>,
  command: string,
  handler: (args: Args, call: CommandCall) => unknown,
): void {
  commands.register(command, handler as CommandHandler);
}
