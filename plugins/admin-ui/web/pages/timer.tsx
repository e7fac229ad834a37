// Timer Options, with what comes of them.
import type { ReactNode } from 'react';
import { Page } from '../parts/basics.js';
import { NextConnections, TimerForm } from '../parts/timerForm.js';

export function TimerPage(): ReactNode {
  return (
    <Page title="Timer" lead="When the server connects to your ISP to send and receive mail.">
      <TimerForm />
      <NextConnections />
    </Page>
  );
}
