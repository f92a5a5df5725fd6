// The token that the server wrote into the page; it goes with every request that changes something.
export const CSRF_HEADER = "X-CSRF-Token";

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
