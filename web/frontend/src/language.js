// The few sentences that arise in the browser; everything else comes from the server's catalogue.
const english = () => document.documentElement.lang.toLowerCase().startsWith("en");

export const say = (chinese, inEnglish) => (english() ? inEnglish : chinese);
