// What plugins can find out about an account: a button for each of their questions, made from their manifests.
import { type ReactNode, useState } from 'react';
import type { CommandsRow } from '../answers.generated.js';
import { run, sentenceOf } from '../api/client.js';
import { useResource } from '../api/useCommand.js';
import { ActionButton } from '../controls/buttons.js';
import { Problem } from '../controls/notices.js';
import { AccountAnswer } from './accountAnswer.js';

type Values = Readonly<Record<string, unknown>>;

/** `kind` and `values`: the account's, as the settings are in force. */
export function AccountQuestions({
  account,
  kind,
  values,
  onApply,
}: {
  readonly account: string;
  readonly kind: string;
  readonly values: Values;
  readonly onApply: (proposal: Values) => unknown;
}): ReactNode {
  const commands = useResource('/api/commands', ['plugin']).data ?? [];
  const questions = commands.filter(({ scope, accountKind = kind }) => scope === 'account' && accountKind === kind);
  return questions.map((question) => (
    <Question key={question.command} account={account} question={question} values={values} onApply={onApply} />
  ));
}

function Question({
  account,
  question,
  values,
  onApply,
}: {
  readonly account: string;
  readonly question: CommandsRow;
  readonly values: Values;
  readonly onApply: (proposal: Values) => unknown;
}): ReactNode {
  const [answer, setAnswer] = useState<unknown>();
  const [problem, setProblem] = useState<string>();
  const ask = async (): Promise<void> => {
    try {
      setAnswer(await run(question.command, { account }));
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <div className="question">
      <ActionButton act={ask}>{question.title}</ActionButton>
      <div role="status">
        <Problem sentence={problem} />
        {answer !== undefined && <AccountAnswer schema={question.result ?? {}} answer={answer} values={values} onApply={onApply} />}
      </div>
    </div>
  );
}
