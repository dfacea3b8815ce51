/** The door of the page: takes the code from behind the `#`, where no server and no log sees it, and POSTs it. */
import { html } from 'hono/html';
import { type Html, page, type View } from './layout.ts';

export const ENTER_SCRIPT = `const form = document.getElementById('enter');
const code = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
if (code !== '') { form.elements.code.value = code; form.submit(); }
`;

export const enterPage = (view: View): Html =>
  page(view, {
    title: view.say('entering'),
    main: html`<form id="enter" class="row" method="post" action="/console/session"><input name="code" autocomplete="off" required><button>${view.say('enter')}</button></form>
<p>${view.say('signedOut')}</p><script src="/console/enter.js" defer></script>`,
  });
