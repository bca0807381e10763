"""The app. Imported, by `streamlit run`, it is the server; run, at each change of the page, it is Compare."""

import streamlit as st

if __name__ == "__main__":
    from cosmos_compare.ui.compare import page
    from cosmos_compare.ui.rate import inline

    page.show(rate=inline.show)
else:
    from cosmos_compare.ui.shared import server

    app = st.App(__file__, middleware=server.MIDDLEWARE, lifespan=server.lifespan)
