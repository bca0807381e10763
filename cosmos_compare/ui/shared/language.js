// Tells the browser which language the page speaks (screen readers ask), and keeps a choice for its next visit.
export default function ({ data }) {
  document.documentElement.lang = data.language;
  if (data.cookie) document.cookie = `${data.cookie}=${data.language}; path=/; max-age=31536000; samesite=strict`;
}
