import '#core/base/injection.js';
import { type CommandCall, PostroomError } from '@postroom/sdk';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { CommandRegistry } from '#core/plugins/contributions/commandRegistry.js';
import { PRODUCT_COMMANDS } from '../../../kit/declaredCommands.js';

const CALL: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
const DECLARATION = {
  command: 'box.open',
  title: 'Open a box',
  arguments: {
    properties: {
      name: { type: 'string', minLength: 1 },
      kind: { enum: ['wood', 'paper'] },
      count: { type: 'integer', minimum: 1, default: 3 },
      day: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d', maxLength: 20, description: 'A day as in 2026-11-23.' },
    },
    required: ['name'],
  },
};

describe('the table of commands', () => {
  let registry: CommandRegistry;
  beforeEach(() => {
    registry = new CommandRegistry();
    registry.declare('postroom.box', [DECLARATION]);
  });

  const failure = async (command: string, args: unknown): Promise<PostroomError> => {
    const error: unknown = await registry.run(command, args, CALL).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(PostroomError);
    return error as PostroomError;
  };

  it('finds commands by their role, the product’s own first, and only those that can be run and fit', () => {
    const named = (command: string, via?: string) => ({ command, title: 'x', role: 'login-test', ...(via !== undefined && { via }) });
    registry.declare('acme.a', [named('a.test', 'imap')], true);
    registry.declare('postroom.p', [named('p.test', 'pop3'), named('p.waits', 'pop3')]);
    registry.declare('postroom.s', [named('s.test'), { command: 's.other', title: 'x', role: 'waiting-mail' }]);
    for (const [owner, command] of [
      ['acme.a', 'a.test'],
      ['postroom.p', 'p.test'],
      ['postroom.s', 's.test'],
      ['postroom.s', 's.other'],
    ] as const)
      registry.register(owner, command, () => undefined);
    const found = (via?: string): readonly string[] => registry.withRole('login-test', via).map(({ command }) => command);
    expect(found()).to.deep.equal(['p.test', 's.test', 'a.test']);
    expect(found('pop3')).to.deep.equal(['p.test', 's.test']);
    expect(found('imap')).to.deep.equal(['s.test', 'a.test']);
    expect(registry.withRole('unheard-of')).to.deep.equal([]);
  });

  it('runs a handler with checked arguments, defaults filled in, and who asks', async () => {
    registry.register('postroom.box', 'box.open', ((args: object, call: CommandCall) => ({ ...args, author: call.author })) as never);
    const given = { name: 'a' };
    expect(await registry.run('box.open', given, CALL)).to.deep.equal({ name: 'a', count: 3, author: 'test' });
    expect(given, "the caller's own object stays as it was").to.deep.equal({ name: 'a' });
  });

  it('refuses wrong arguments in sentences, all of them at once, before the handler sees any', async () => {
    let calls = 0;
    registry.register('postroom.box', 'box.open', () => {
      calls += 1;
    });
    for (const [args, sentence] of [
      [{}, 'name is missing.'],
      [undefined, 'name is missing.'],
      [{ name: 'a', lid: true }, 'lid is not an argument of this command.'],
      [{ name: 'a', kind: 'glass' }, 'kind must be one of wood, paper.'],
      [{ name: 'a', count: 0 }, 'count must be >= 1.'],
      [{ name: 7 }, 'name must be string.'],
      [{ kind: 'glass', count: 'x' }, 'name is missing. kind must be one of wood, paper. count must be integer.'],
      [{ name: 'a', day: 'monday' }, 'day has not the form that is allowed: A day as in 2026-11-23.'],
      [{ name: 'a', day: '2026-11-23'.repeat(4) }, 'day may have at most 20 characters.'],
      [{ name: '' }, 'name needs at least 1 character.'],
      ['text', 'The arguments must be object.'],
      [JSON.parse('{"name":"a","__proto__":{"x":1}}'), '__proto__ is not an argument'],
    ] as const) {
      const error = await failure('box.open', args);
      expect(error.code).to.equal('command/arguments');
      expect(error.message).to.include('box.open: ').and.to.include(sentence);
    }
    expect(calls).to.equal(0);
  });

  it('knows no command that nobody declared, and says where the known ones are', async () => {
    expect(await failure('box.burn', {})).to.include({ code: 'command/unknown' });
    expect((await failure('constructor', {})).message).to.include('postroom --help');
  });

  it("has proper schemas in the product's own declarations, which it takes for granted", () => {
    const ajv = new Ajv({ strict: false });
    for (const { command, arguments: schema } of PRODUCT_COMMANDS)
      expect(ajv.validateSchema({ type: 'object', ...schema }), command).to.equal(true);
  });

  it('lists what can be run now apart from all that is declared, in order of the names', () => {
    registry.declare('acme.lid', [
      { command: 'lid.open', title: 'Open' },
      { command: 'lid.close', title: 'Close' },
    ]);
    const names = (): readonly string[] => registry.available.map(({ command }) => command);
    expect(names()).to.deep.equal([]);
    const handler = registry.register('acme.lid', 'lid.open', () => undefined);
    registry.register('acme.lid', 'lid.close', () => undefined);
    expect(names()).to.deep.equal(['lid.close', 'lid.open']);
    void handler.dispose();
    expect(names()).to.deep.equal(['lid.close']);
    expect(registry.declarations.map(({ command }) => command)).to.deep.equal(['box.open', 'lid.close', 'lid.open']);
  });

  it('names the owner of a command whose plugin is not active, and what to do', async () => {
    registry.declare('acme.lid', [{ command: 'lid.close', title: 'Close' }]);
    const error = await failure('lid.close', {});
    expect(error).to.include({ code: 'command/not-active' });
    expect(error.message).to.equal('The command lid.close belongs to acme.lid, which is not active. "postroom plugins list" says why.');
    registry = new CommandRegistry(undefined, (plugin) => `Wake ${plugin}.`);
    registry.declare('acme.lid', [{ command: 'lid.close', title: 'Close' }]);
    expect((await failure('lid.close', {})).message).to.match(/not active\. Wake acme\.lid\.$/);
  });

  it("gives the product's commands their names before a stranger's, whichever were declared first, and whether or not they run", async () => {
    const stranger = registry.declare('acme.lid', [{ command: 'lid.close', title: 'Mine' }, DECLARATION], true);
    registry.register('acme.lid', 'lid.close', () => 'mine');
    registry.declare('postroom.lid', [{ command: 'lid.close', title: 'Close' }]);
    expect(registry.declarations.map(({ command, owner }) => [command, owner])).to.deep.equal([
      ['box.open', 'postroom.box'],
      ['lid.close', 'postroom.lid'],
    ]);
    expect((await failure('lid.close', {})).message).to.include('postroom.lid, which is not active');
    for (const command of ['lid.close', 'box.open'])
      expect(() => registry.register('acme.lid', command, () => 'mine'), command).to.throw(
        /^acme\.lid supplies the command \S+, and that name is taken: postroom\.(lid|box) has a command of it\. The plugin has to choose another name\.$/,
      );
    registry.register('postroom.lid', 'lid.close', () => 'closed');
    await stranger.dispose();
    expect(await registry.run('lid.close', {}, CALL), 'the stranger takes nothing along').to.equal('closed');
  });

  it("takes a handler from the command's owner only", () => {
    expect(() => registry.register('acme.lid', 'box.open', () => undefined)).to.throw(
      'acme.lid supplies the command box.open, and that name',
    );
    expect(() => registry.register('acme.lid', 'box.burn', () => undefined)).to.throw(
      PostroomError,
      'acme.lid supplies the command box.burn, which its manifest does not declare.',
    );
  });

  it('leaves a command with whom declared it first', async () => {
    registry.register('postroom.box', 'box.open', () => 'first');
    registry.declare('acme.lid', [DECLARATION]);
    expect(registry.declarations.map(({ owner }) => owner)).to.deep.equal(['postroom.box']);
    expect(await registry.run('box.open', { name: 'a' }, CALL)).to.equal('first');
  });

  it('forgets handlers and commands that are let go', async () => {
    const handler = registry.register('postroom.box', 'box.open', () => 'here');
    const declared = registry.declare('acme.lid', [{ command: 'lid.close', title: 'Close' }]);
    await handler.dispose();
    await declared.dispose();
    expect((await failure('box.open', { name: 'a' })).message).to.include('not active');
    expect(await failure('lid.close', {})).to.include({ code: 'command/unknown' });
    expect(registry.declarations.map(({ command }) => command)).to.deep.equal(['box.open']);
  });
});
