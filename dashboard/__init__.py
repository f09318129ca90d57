"""The screen: the only room that imports Streamlit and Plotly. It asks `etl.query` and draws what comes back."""
