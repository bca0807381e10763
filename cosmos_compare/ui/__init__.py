"""Components of the pages. Streamlit is named here and in the pages only; nothing below imports this."""
