"""The operator's pages under /admin: what shoppers said, what they missed, and what was passed on. Only with SHOP_ADMIN_TOKEN."""
