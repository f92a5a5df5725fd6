// Sentences of the editor: they come with the vocabulary, from the one catalogue of the server.
let sentences = {};

export const learn = (given) => { sentences = given; };

export function t(key, values = {}) {
  const text = sentences[key] ?? key;
  return text.replace(/{(\w+)}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
