import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { CollectingHost, codes, mail } from '../support/collectingHost.js';
import { describeReading } from '../support/readingPlaces.js';

describeReading('POP3 client collecting an account', (place) => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', place);
  });
  afterEach(() => at.stop());

  it('C31 stores every message, deletes it, and counts it as gone after QUIT', async () => {
    at.isp.put(mail('one'), mail('two'));
    const report = await at.round();
    expect(report).to.deep.equal({ fetched: 2, stored: 2, duplicates: 0, failed: [] });
    expect(at.intake.texts).to.deep.equal([mail('one'), mail('two')]);
    expect(at.isp.messages).to.deep.equal([]);
    expect(at.journal.stateOf('id1')).to.equal('gone');
    expect(at.intake.accepted[0]?.from).to.deep.include({ uidl: 'id1', listedSize: mail('one').length, server: '127.0.0.1' });
    expect(at.progress.at(-1)).to.deep.equal([2, 2, mail('one').length + mail('two').length]);
  });

  it('C31 sends no DELE before intake has committed', async () => {
    at.isp.put(mail('one'));
    at.intake.before = () => {
      if (at.isp.commands.some((command) => command.startsWith('DELE'))) throw new Error('DELE came too early.');
    };
    expect(await at.round())
      .to.include({ stored: 1 })
      .and.to.have.property('failed').that.is.empty;
    expect(at.isp.commands).to.include('DELE 1');
  });

  it('C16 sends one command at a time where CAPA does not announce PIPELINING', async () => {
    at.isp.capabilities = ['TOP', 'UIDL', 'USER'];
    at.isp.put(...Array.from({ length: 20 }, (_, index) => mail(`${index}`)));
    expect((await at.round()).stored).to.equal(20);
    expect(at.isp.mostAhead).to.equal(1);
  });

  it('C16 pipelines where it is announced, and has many messages in intake at a time', async () => {
    at.isp.put(...Array.from({ length: 100 }, (_, index) => mail(`${index}`)));
    let open = 0;
    let most = 0;
    at.isp.script = (command) => {
      if (command.startsWith('RETR')) {
        open += 1;
        most = Math.max(most, open);
      }
      return undefined;
    };
    at.intake.before = () => {
      open -= 1;
    };
    expect((await at.round()).stored).to.equal(100);
    expect(most).to.be.above(20).and.to.be.at.most(100);
    expect(at.isp.mostAhead).to.be.above(1);
    expect(at.intake.mostRunning).to.be.above(1);
    expect(at.isp.messages).to.have.length(0);
  });

  it('stops before any DELE when the store is full (99)', async () => {
    at.isp.put(...Array.from({ length: 50 }, (_, index) => mail(`${index}`)));
    at.intake.before = (text) => {
      if (text.includes('10')) throw new PostroomError('store/full', 'The disk is full.');
    };
    const report = await at.round();
    expect(codes(report)).to.deep.equal(['store/full']);
    expect(at.isp.commands.some((command) => command.startsWith('DELE'))).to.equal(false);
    at.intake.before = undefined;
    expect((await at.round()).failed).to.deep.equal([]);
    expect(new Set(at.intake.texts).size).to.equal(50);
    expect(at.intake.texts).to.have.length(50);
  });

  for (const isStored of [false, true]) {
    it(`C54 sends no DELE where the store cannot say whether it has a message, which ${isStored ? 'is' : 'is not'} stored`, async () => {
      at.isp.put(...Array.from({ length: 5 }, (_, index) => mail(`${index}`)));
      at.intake.before = (_text, from) => {
        if (from.uidl !== 'id3') return;
        if (isStored) at.journal.stored(from);
        throw new PostroomError('store/unknown', 'The answer of the store was lost.');
      };
      expect(codes(await at.round())).to.deep.equal(['store/unknown']);
      expect(at.isp.commands.some((command) => /^(DELE|QUIT)/.test(command))).to.equal(false);
      at.intake.before = undefined;
      const report = await at.round();
      expect(report.failed).to.deep.equal([]);
      expect(at.intake.accepted.map(({ from }) => from.uidl).sort()).to.deep.equal(
        isStored ? ['id1', 'id2', 'id4', 'id5'] : ['id1', 'id2', 'id3', 'id4', 'id5'],
      );
      expect(at.isp.messages).to.deep.equal([]);
    });
  }

  it('C54 ends the session before any DELE where the store is away', async () => {
    at.isp.put(mail('one'), mail('two'));
    at.intake.before = () => Promise.reject(new PostroomError('store/unreachable', 'The database server is away.'));
    expect(codes(await at.round())).to.deep.equal(['store/unreachable']);
    expect(at.isp.commands.some((command) => command.startsWith('DELE'))).to.equal(false);
  });

  /** Where another server takes the account over: at the commit of a message, in the journal, and as the signal says it. */
  const LOSSES: Readonly<Record<string, (lost: PostroomError, end: AbortController) => void>> = {
    'at the commit of a message': (lost) => {
      at.intake.before = (_text, from) => (from.uidl === 'id2' ? Promise.reject(lost) : undefined);
    },
    'before anything is read': (lost) => {
      at.journal.attempt = () => Promise.reject(lost);
    },
    'between two DELEs': (lost, end) => {
      at.isp.script = (command) => {
        if (command === 'DELE 2') end.abort(lost);
        return undefined;
      };
    },
  };
  for (const [when, lose] of Object.entries(LOSSES)) {
    it(`C55 changes nothing more at the ISP where another server collects the account now: lost ${when}`, async () => {
      at.isp.capabilities = ['TOP', 'UIDL', 'USER'];
      at.isp.put(mail('one'), mail('two'), mail('three'));
      const end = new AbortController();
      lose(new PostroomError('lease/lost', 'The server "b" collects the account now.'), end);
      const report = await at.round(end.signal);
      expect(report.failed).to.deep.equal([{ code: 'lease/lost', message: 'The server "b" collects the account now.' }]);
      expect(report).not.to.have.property('retryAfter');
      expect(at.isp.commands).to.not.include.members(['DELE 3']);
      expect(at.isp.commands).to.not.include.members(['QUIT']);
      expect(at.isp.messages, 'without QUIT no DELE counts').to.have.length(3);
    });
  }
});
