// Timer Options: how often, when something waits, and in which hours.
import { type ReactNode, useState } from 'react';
import { sentenceOf } from '../api/client.js';
import { editSettings } from '../api/settings.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { fromNow, plainText, time } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { TextField } from '../controls/fields.js';
import { Notice, Problem } from '../controls/notices.js';
import { Card, Empty } from '../controls/page.js';
import { isWholeHours, type TimeWindow, type Week, weekOf, windowsOf } from './week.js';
import { WeekGrid } from './weekGrid.js';

interface Draft {
  readonly every: string;
  readonly count: string;
  readonly week: Week | undefined;
}

export function TimerForm(): ReactNode {
  const settings = useResource('/api/settings', ['settings']);
  const [draft, setDraft] = useState<Partial<Draft>>({});
  const [problem, setProblem] = useState<string>();
  const value = settings.data?.value;
  if (value === undefined || settings.data === undefined) return <Problem sentence={settings.error} />;
  const { etag } = settings.data;
  const windows = (value['timer.windows'] ?? []) as readonly TimeWindow[];
  const every = draft.every ?? plainText(value['timer.everyMinutes'] ?? 5);
  const messages = draft.count ?? plainText(value['timer.outboxCount'] ?? 1);
  const week = draft.week ?? weekOf(windows);
  const isChanged = Object.keys(draft).length > 0;
  const save = async (): Promise<void> => {
    try {
      await editSettings(etag, [
        { path: ['timer.everyMinutes'], value: Number(every) },
        { path: ['timer.outboxCount'], value: Number(messages) },
        ...(draft.week === undefined ? [] : [{ path: ['timer.windows'], value: windowsOf(draft.week) }]),
      ]);
      setDraft({});
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    settings.reload();
  };
  return (
    <Card
      title="Send and receive"
      actions={
        <ActionButton kind="primary" disabled={!isChanged} act={save}>
          Save the timer
        </ActionButton>
      }
    >
      <Problem sentence={problem} />
      <div className="form-grid">
        <TextField
          label="Every so many minutes"
          type="number"
          value={every}
          onChange={(text) => setDraft({ ...draft, every: text })}
          hint="Checks for new mail and sends. 0 turns it off."
        />
        <TextField
          label="When so many messages wait to be sent"
          type="number"
          value={messages}
          onChange={(text) => setDraft({ ...draft, count: text })}
          hint="Connects at once, at any hour. 0 turns it off. Whichever comes first counts."
        />
      </div>
      <p className="legend">Hours in which mail is received</p>
      <p className="hint">
        Draw with the pointer; or move with the arrow keys, switch with the space bar, and draw with Shift and an arrow.
      </p>
      {!isWholeHours(windows) && (
        <Notice kind="info">
          Some hours in the settings begin in between. The grid shows them rounded; drawing and saving keeps whole hours.
        </Notice>
      )}
      <WeekGrid week={week} onChange={(next) => setDraft({ ...draft, week: next })} />
    </Card>
  );
}

export function NextConnections(): ReactNode {
  const { data, error } = useCommand('schedule', { count: 10 }, ['settings', 'round', 'accepted']);
  return (
    <Card title="Next connections">
      <Problem sentence={error} />
      {data?.length === 0 ? (
        <Empty title="None is planned">The timer is off or no account is shared. Send/Receive on the overview works at any time.</Empty>
      ) : (
        <ol className="plain">
          {data?.map((round) => (
            <li key={round.at}>
              <strong>{time(round.at)}</strong>{' '}
              <span className="hint">
                {fromNow(round.at)}: {round.because}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
