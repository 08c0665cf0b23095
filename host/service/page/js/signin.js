// Not signed in: how to get a link, and a field for a token.
import { useCell } from './cell.js';
import { html, useState } from './html.js';
import { Icon, Logo } from './icons.js';
import { look, session, signIn } from './session.js';
import { Command } from './ui/parts.js';

export function SignIn() {
    const now = useCell(session);
    const [token, setToken] = useState('');
    const [why, setWhy] = useState('');
    const [busy, setBusy] = useState(false);
    const submit = async (/** @type {Event} */ e) => {
        e.preventDefault();
        if (!token.trim()) return setWhy('Type or paste a token.');
        setBusy(true);
        try {
            await signIn(token);
        } catch (error) {
            const problem = /** @type {any} */ (error);
            setWhy(
                problem.status === 401
                    ? 'The service does not know this token. One of a ' +
                          'link works once, for ten minutes.'
                    : `${problem.message} ${problem.detail ?? ''}`,
            );
        }
        setBusy(false);
    };
    const away = now.state === 'away';
    return html`<main class="signin" id="main">
        <div class="brand"><${Logo} /><span>Sanchay</span></div>
        <section class="panel">
            <div class="body stack">
                <h1>${away ? 'The service does not answer' : 'Sign in'}</h1>
                ${
                    now.why &&
                    html`<p class="banner warn" role="status">
                    <${Icon} name="alert" /><span>${now.why}</span>
                </p>`
                }
                <p>This opens the page with a link that signs you in:</p>
                <${Command} text="sanchay ui" />
                ${
                    away &&
                    html`<div>
                    <button type="button" class="btn" onClick=${look}>
                        Try again
                    </button>
                </div>`
                }
                <form class="stack" onSubmit=${submit}>
                    <div class="field">
                        <label for="token">Or with a token</label>
                        <input
                            id="token"
                            class="input mono secret"
                            autocomplete="off"
                            autocapitalize="off"
                            spellcheck=${false}
                            aria-invalid=${why ? 'true' : undefined}
                            aria-describedby="token-help"
                            value=${token}
                            onInput=${(/** @type {any} */ e) =>
                                setToken(e.target.value)}
                        />
                        <span
                            id="token-help"
                            class=${why ? 'error' : 'hint'}
                            role=${why ? 'alert' : undefined}
                        >
                            ${
                                why ||
                                'The part after #token= of the link ' +
                                    'that sanchay serve prints, or a token ' +
                                    'that was made for you.'
                            }
                        </span>
                    </div>
                    <button
                        type="submit"
                        class="btn primary"
                        disabled=${busy}
                    >
                        <${Icon} name="key" />Sign in
                    </button>
                </form>
            </div>
        </section>
    </main>`;
}
