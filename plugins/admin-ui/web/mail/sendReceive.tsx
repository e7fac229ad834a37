// Send/Receive now, with the progress of every account. The work goes on at the server when the page is left.
import { type ReactNode, useState } from 'react';
import { type Progress, runWithProgress, sentenceOf } from '../api/client.js';
import { count } from '../base/format.js';

type State =
  | { readonly step: 'idle' }
  | { readonly step: 'running'; readonly accounts: ReadonlyMap<string, Progress> }
  | { readonly step: 'done'; readonly sentence: string; readonly failed: boolean };

export function SendReceive({ disabled, onDone }: { readonly disabled: boolean; readonly onDone: () => void }): ReactNode {
  const [state, setState] = useState<State>({ step: 'idle' });
  const start = async (): Promise<void> => {
    const accounts = new Map<string, Progress>();
    setState({ step: 'running', accounts: new Map() });
    try {
      const round = await runWithProgress('send-receive', {}, (progress) => {
        accounts.set(progress.what, progress);
        setState({ step: 'running', accounts: new Map(accounts) });
      });
      const collected = round.rounds.reduce((sum, each) => sum + each.fetched, 0);
      const failed = round.rounds.filter((each) => each.failed.length > 0);
      const trouble = failed.length === 0 ? '' : ` Trouble with ${failed.map(({ account }) => account).join(', ')}: see Last send/receive.`;
      setState({
        step: 'done',
        sentence: `${count(collected, 'message')} collected, ${round.sent} sent.${trouble}`,
        failed: failed.length > 0,
      });
    } catch (error) {
      setState({ step: 'done', sentence: sentenceOf(error), failed: true });
    }
    onDone();
  };
  return (
    <div className="send-receive">
      <button
        type="button"
        className="button primary"
        disabled={disabled || state.step === 'running'}
        aria-busy={state.step === 'running'}
        onClick={() => void start()}
      >
        {state.step === 'running' ? 'Sending and receiving...' : 'Send/Receive'}
      </button>
      <div role="status" className="hint">
        {state.step === 'done' && <span className={state.failed ? 'is-problem' : ''}>{state.sentence}</span>}
        {state.step === 'running' &&
          [...state.accounts.values()].map(({ what, done, of }) => (
            <p key={what}>
              <label>
                {what}: {done} of {of ?? '?'} <progress value={done} max={of ?? done + 1} />
              </label>
            </p>
          ))}
      </div>
    </div>
  );
}
