// The page and its worker are one script, so that one digest in the page's
// policy is enough: in the page it starts itself once more, as the worker.

import { start } from './page.js';
import { serve } from './worker.js';

if (typeof document === 'undefined') {
    serve();
} else {
    start(document.currentScript.textContent);
}
