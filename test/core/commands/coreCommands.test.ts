// The declarations and the handlers of the core's commands, compared in a server that is up.
import '#core/base/injection.js';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { CORE_COMMANDS } from '#core/commands/declarations.js';
import { CommandRegistry } from '#core/host/commandRegistry.js';
import { commandsIn, PRODUCT_COMMANDS } from '../../kit/declaredCommands.js';
import { Postroom } from '../../kit/postroom.js';

describe("the core's commands", () => {
  const leaks = leakCheck();
  let office: Postroom;
  before(async () => {
    await leaks.begin();
    office = await Postroom.start();
  });
  after(async () => {
    await office.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  /** The sentence that running a command without arguments is refused with; '' where it ran. */
  const sentence = async (command: string, args: object = {}): Promise<string> => {
    try {
      await office.run(command, { ...args, 'no-such-argument': true });
      return '';
    } catch (error) {
      return String(error);
    }
  };

  it('each have a handler, checked before it runs; and no handler is without a declaration', async () => {
    // A handler without a declaration could not have been registered: the server would not be up.
    for (const { command } of CORE_COMMANDS) {
      expect(await sentence(command), command).to.include('no-such-argument is not an argument of this command');
    }
  });

  it('and those of active plugins have one too', async () => {
    const { declarations } = office.service(CommandRegistry);
    const owners = new Set(declarations.map(({ owner }) => owner));
    expect(owners.size).to.be.greaterThan(3);
    for (const { command, owner } of declarations.filter((one) => one.owner !== 'core')) {
      const said = await sentence(command);
      if (said.includes('not active'))
        expect(owner, `${command}: ${said}`).to.be.oneOf(['postroom.practice-isp', 'postroom.admin-ui', 'postroom.licensing-lite']);
    }
  });

  it('take by position only what they declare, and required values before optional ones', () => {
    for (const { command, positional = [], arguments: schema } of PRODUCT_COMMANDS) {
      const properties = Object.keys((schema?.['properties'] as object | undefined) ?? {});
      expect(properties, command).to.include.members([...positional]);
      const required = (schema?.['required'] as readonly string[] | undefined) ?? [];
      const firstOptional = positional.findIndex((name) => !required.includes(name));
      const lastRequired = positional.findLastIndex((name) => required.includes(name));
      expect(firstOptional < 0 || firstOptional > lastRequired, command).to.equal(true);
    }
  });

  it('that only read change nothing in settings or mail', async () => {
    const before = [await office.run('config.history'), await office.run('mailboxes.list'), await office.run('outbox.list')];
    const bare = [...CORE_COMMANDS, ...commandsIn('plugins/platform')].filter(
      // A local command is no server's.
      ({ reads, local, arguments: schema }) =>
        reads === true && local !== true && ((schema?.['required'] as unknown[] | undefined) ?? []).length === 0,
    );
    expect(bare.length).to.be.greaterThan(8);
    for (const { command } of bare) {
      const refused: unknown = await office.run(command).then(
        () => undefined,
        (error: unknown) => error,
      );
      // One of several arguments is needed: no schema says so.
      if (refused !== undefined) expect(refused, command).to.include({ code: 'command/arguments' });
    }
    expect([await office.run('config.history'), await office.run('mailboxes.list'), await office.run('outbox.list')]).to.deep.equal(before);
  });
});
