// The declarations and the handlers of the product's commands, compared in a server that is up.
import '#core/base/injection.js';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { CommandRegistry } from '#core/plugins/contributions/commandRegistry.js';
import { commandsIn, PRODUCT_COMMANDS } from '../kit/declaredCommands.js';
import { Postroom } from '../kit/postroom.js';

describe("the product's commands", () => {
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
    // A handler without a declaration could not have been registered: its plugin would not be active.
    const { declarations } = office.service(CommandRegistry);
    expect(declarations.map(({ command }) => command)).to.have.members(
      PRODUCT_COMMANDS.filter(({ local }) => local !== true).map(({ command }) => command),
    );
    for (const { command, owner } of declarations) {
      const said = await sentence(command);
      if (said.includes('not active'))
        expect(owner, `${command}: ${said}`).to.be.oneOf(['postroom.practice-isp', 'postroom.admin-ui', 'postroom.licensing-lite']);
      else expect(said, command).to.include('no-such-argument is not an argument of this command');
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
    const bare = commandsIn('plugins/platform').filter(
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
