"""How the bundled scenarios and models are made. Nothing at run time imports this package."""
