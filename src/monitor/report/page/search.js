// Searches the failed rows of a report in the browser: rows without all of the words are hidden. This file is put into the
// page as it is; nothing of it is fetched.

const section = document.getElementById('failed-rows');
if (section !== null) {
  const field = section.querySelector('input');
  const found = section.querySelector('output');
  const rows = [...section.querySelectorAll('li')].map((element) => ({
    element,
    text: element.textContent.toLowerCase(),
  }));
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { element, text } of rows) {
      element.hidden = !words.every((word) => text.includes(word));
      if (!element.hidden) count++;
    }
    found.textContent = words.length === 0 ? '' : `${count} of ${rows.length}`;
  });
}
