// Which door stands open: the first password, the login, or the manager itself.
import { type ReactNode, useEffect } from 'react';
import { ask } from './api/client.js';
import { session } from './api/sessionStore.js';
import { useStore } from './api/store.js';
import { Shell } from './frame/shell.js';
import { FirstPassword, Login, Unreachable } from './pages/door.js';

export function App(): ReactNode {
  const { state } = useStore(session);
  useEffect(() => {
    void findOut();
  }, []);
  switch (state) {
    case 'loading':
      return null;
    case 'unreachable':
      return <Unreachable again={findOut} />;
    case 'setup':
      return <FirstPassword />;
    case 'login':
      return <Login />;
    default:
      return (
        <>
          {/* What was typed and not saved stays behind the lock. */}
          <div hidden={state === 'locked'}>
            <Shell />
          </div>
          {state === 'locked' && <Login locked />}
        </>
      );
  }
}

async function findOut(): Promise<void> {
  try {
    session.set(await ask('GET', '/api/session'));
  } catch {
    session.set({ state: 'unreachable' });
  }
}
