// What is open is in the address: whom one plays, beside whom, through which app, and which view.

export const query = new URLSearchParams(location.search);

/** The parts of the view's address. @returns {string[]} */
export const parts = () => location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);

/** This page at another view, the people as they are. @param {string} hash */
export const controlAddress = (hash) => `${location.pathname}${location.search}${hash}`;

/** This page as somebody. @param {string} user @param {{app?: string | null, beside?: string | null, hash?: string}} [more] */
export function as(user, { app = null, beside = null, hash = "#/chat" } = {}) {
  const wanted = new URLSearchParams({ as: user });
  if (app) wanted.set("app", app);
  if (beside) wanted.set("beside", beside);
  return `?${wanted}${hash}`;
}
