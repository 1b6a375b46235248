// The editor's form: counters beside the short fields, and the proposed script.
"use strict";

(() => {
  const counted = new WeakSet();

  // Length as the server measures it: composed, on one line.
  const lengthOf = (text) => Array.from(text.normalize("NFC").trim().replace(/\s+/gu, " ")).length;

  function addCounter(field) {
    if (counted.has(field)) return;
    counted.add(field);
    const limit = Number(field.dataset.count);
    const output = document.createElement("output");
    output.className = "tm-count";
    output.htmlFor = field.id;
    field.insertAdjacentElement("afterend", output);
    // Channels that take less, as soon as they are chosen.
    const shorter = (field.dataset.countOn ?? "").split(" ").filter(Boolean).map((pair) => {
      const [code, most] = pair.split(":");
      const box = document.querySelector(`input[name="channels"][value="${CSS.escape(code)}"]`);
      return { box, most: Number(most), label: box?.closest("label")?.textContent.trim() ?? code };
    }).filter(({ box }) => box);
    const show = () => {
      const length = lengthOf(field.value);
      const over = shorter.filter(({ box, most }) => box.checked && length > most);
      output.textContent = [
        length > limit ? `${length}/${limit}: thừa ${length - limit} ký tự` : `${length}/${limit}`,
        ...over.map(({ most, label }) => `${label}: thừa ${length - most} ký tự`),
      ].join(" · ");
      output.classList.toggle("tm-count--over", length > limit || over.length > 0);
    };
    field.addEventListener("input", show);
    for (const { box } of shorter) box.addEventListener("change", show);
    show();
  }

  // The rich text editor has a label beside it that names only its hidden field.
  function nameTheEditor(editor) {
    const hidden = editor.closest("[data-field-input]")?.querySelector("input[id]");
    const label = hidden && document.querySelector(`label[for="${CSS.escape(hidden.id)}"]`);
    if (label) editor.setAttribute("aria-label", label.firstChild.textContent.trim());
  }

  function addProposal(script) {
    const form = script.form;
    const box = document.createElement("div");
    box.className = "tm-propose";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small button-secondary";
    button.textContent = "Đề xuất lời đọc từ bài viết";
    const told = document.createElement("span");
    told.className = "tm-meta";
    told.setAttribute("role", "status");
    box.append(button, told);
    script.insertAdjacentElement("beforebegin", box);
    button.addEventListener("click", async () => {
      if (script.value.trim() && !window.confirm("Thay lời đọc đang có bằng lời đề xuất?")) return;
      button.disabled = true;
      told.textContent = "Đang đọc bài…";
      // The rich text editor writes its state into its field a quarter of a second after a key.
      await new Promise((resolve) => { setTimeout(resolve, 400); });
      const data = new FormData();
      for (const name of ["csrfmiddlewaretoken", "headline", "summary", "body"]) {
        data.append(name, new FormData(form).get(name) ?? "");
      }
      try {
        const answer = await fetch(script.dataset.propose, { method: "POST", body: data });
        if (!answer.ok) throw new Error(String(answer.status));
        const { script: proposed } = await answer.json();
        if (proposed) {
          script.value = proposed;
          script.dispatchEvent(new Event("input", { bubbles: true }));
          script.dispatchEvent(new Event("change", { bubbles: true }));
          told.textContent = "Đã điền. Hãy đọc lại và sửa cho dễ nghe.";
        } else {
          told.textContent = "Bài chưa có chữ để đề xuất.";
        }
      } catch {
        told.textContent = "Chưa đề xuất được. Hãy thử lại.";
      } finally {
        button.disabled = false;
      }
    });
  }

  function start() {
    const addAll = (root) => {
      root.querySelectorAll("[data-count]").forEach(addCounter);
      root.querySelectorAll("[contenteditable=true]:not([aria-label])").forEach(nameTheEditor);
    };
    addAll(document);
    document.querySelectorAll("textarea[data-propose]").forEach(addProposal);
    // Editions added while writing.
    new MutationObserver((changes) => {
      for (const change of changes) {
        for (const node of change.addedNodes) if (node.nodeType === Node.ELEMENT_NODE) addAll(node);
      }
    }).observe(document.body, { childList: true, subtree: true });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
