// Who is told that the database lost its end: once, and again where it could not be told.
import type { Activity, LostEnd, PostroomEvent, ServerNotice } from '@postroom/sdk/services';
import { expect } from 'chai';
import { LostEndNotice } from '#plugins/platform/housekeeping/dist/lostEndNotice.js';
import { checkOfEnd, lostEndProblems } from '#plugins/platform/housekeeping/dist/lostEndReport.js';

const END: LostEnd = {
  missing: 3,
  from: Date.UTC(2026, 10, 2, 8),
  to: Date.UTC(2026, 10, 2, 9),
  held: 2,
  cause: 'the file lost its end',
  isTold: false,
};

describe('the notice about a database that lost its end', () => {
  let end: LostEnd | undefined;
  let notices: ServerNotice[];
  let activity: string[];
  let events: PostroomEvent[];
  let logged: string[];
  let trouble: Error | undefined;
  let notice: LostEndNotice;
  beforeEach(() => {
    [notices, activity, events, logged, end, trouble] = [[], [], [], [], END, undefined];
    const log = (sentence: string): void => void logged.push(sentence);
    notice = new LostEndNotice({
      maintenance: {
        lostEnd: async () => end,
        setLostEndTold: async (told) => {
          end = { ...told, isTold: true };
        },
      },
      notices: {
        notify: async (each) => {
          if (trouble !== undefined) throw trouble;
          notices.push(each);
          return {} as never;
        },
      },
      activity: { add: ({ text }: Pick<Activity, 'text'>) => void activity.push(text) },
      events: { emit: (event) => void events.push(event) },
      log: { debug: log, info: log, warn: log, error: log },
    });
  });

  it('goes to ADMIN1, the Log and the log, once however often it is asked for', async () => {
    await Promise.all([notice.tell(), notice.tell()]);
    await notice.tell();
    expect(notices).to.have.length(1);
    expect(notices[0]).to.deep.include({ mailbox: { account: undefined, user: 'admin1' }, reason: 'the database lost its last changes' });
    expect(notices[0]?.lines[0]).to.match(/^At least the last 3 changes of the database, made between 2026-11-02T08:00:00Z and/);
    expect(activity).to.deep.equal([notices[0]?.lines[0]]);
    expect(logged).to.deep.equal(activity);
    expect(events).to.have.length(1);
  });

  it('is tried again where it could not be stored', async () => {
    trouble = new Error('The disk is full.');
    await notice.tell();
    expect(logged.at(-1)).to.include('the next start tries again');
    expect(activity, 'nobody was told').to.deep.equal([]);
    trouble = undefined;
    await notice.tell();
    expect([notices.length, activity.length]).to.deep.equal([1, 1]);
  });

  it('is not written where nothing was lost; the doctor says so', async () => {
    end = undefined;
    await notice.tell();
    expect([notices, logged]).to.deep.equal([[], []]);
    expect(lostEndProblems(undefined)).to.deep.equal([]);
    expect(checkOfEnd(undefined)).to.include({ state: 'well' });
    expect(checkOfEnd(END).text).to.equal(lostEndProblems(END)[0]);
  });
});
